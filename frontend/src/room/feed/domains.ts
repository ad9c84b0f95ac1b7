// By which ends a bare name is taken for an address of the web: those of countries, and those that are much used.
// Whatever has another one is found by its `https://` or `www.`. Not here: what files are called by, as md, py and sh.
const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw qa re ro rs ru rw sa sb sc sd se sg si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw'
const IN_OTHER_SCRIPTS = 'рф გე ایران бел укр қаз հայ ελ भारत 中国 香港 台灣 한국'
const GENERIC =
  'app art asia biz blog cafe chat city club cloud com coop dev edu email fun games gov group info int jobs link live media mil mobi museum net news one online org page photo pro shop site social software space store tech today top travel wiki work world xyz zone'

export const DOMAINS: ReadonlySet<string> = new Set(
  [COUNTRIES, IN_OTHER_SCRIPTS, GENERIC].flatMap((names) => names.split(' ')),
)
