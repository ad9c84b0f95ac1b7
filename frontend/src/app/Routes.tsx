// Which screen belongs to which address. Each is loaded when somebody goes there.
import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { usePathname } from 'wouter/use-browser-location'

import { wanted } from '../account/wanted'
import { Loading } from '../design/Loading'
import { laterScreen } from '../design/later'
import { useViewer } from '../session/viewer'
import { Boundary } from './Boundary'
import * as paths from './paths'
import { Shell } from './Shell'

const LogIn = lazy(async () => ({ default: (await import('../account/LogIn')).LogIn }))
const SignUp = lazy(async () => ({ default: (await import('../account/SignUp')).SignUp }))
const Forgotten = lazy(async () => ({ default: (await import('../account/Forgotten')).Forgotten }))
const Reset = lazy(async () => ({ default: (await import('../account/Reset')).Reset }))
const Home = laterScreen(async () => (await import('../home/Home')).Home)
const Room = laterScreen(async () => (await import('../room/Room')).Room)
const RoomSettings = lazy(async () => ({ default: (await import('../settings/RoomSettings')).RoomSettings }))
const Profile = lazy(async () => ({ default: (await import('../profile/Profile')).Profile }))
const PersonPage = lazy(async () => ({ default: (await import('../people/PersonPage')).PersonPage }))
const NotFound = lazy(async () => ({ default: (await import('./NotFound')).NotFound }))

export function Routes() {
  const viewer = useViewer()
  const named = useNamed()
  return (
    <Boundary at={usePathname()}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {/* The link of a mail leads there, whoever is logged in here. */}
          <Route path={paths.RESET}>{({ token }) => <Reset user={named} token={token} />}</Route>
          <Route>{viewer ? <Inside /> : <Outside />}</Route>
        </Switch>
      </Suspense>
    </Boundary>
  )
}

function Inside() {
  const named = useNamed()
  return (
    <Shell>
      <Boundary at={usePathname()}>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path={paths.HOME} component={Home} />
            <Route path={paths.ROOM_SETTINGS}>
              <RoomSettings address={named} />
            </Route>
            <Route path={paths.ROOM}>
              <Room address={named} />
            </Route>
            <Route path={paths.PERSON}>
              <PersonPage username={named} />
            </Route>
            <Route path={paths.PROFILE} component={Profile} />
            {/* Who has just come in by one of these goes on to where they wanted. */}
            {[paths.LOG_IN, paths.SIGN_UP, paths.FORGOTTEN].map((path) => (
              <Route key={path} path={path}>
                {() => <Redirect to={wanted(location)} replace />}
              </Route>
            ))}
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  )
}

function Outside() {
  return (
    <Switch>
      <Route path={paths.SIGN_UP} component={SignUp} />
      <Route path={paths.FORGOTTEN} component={Forgotten} />
      <Route component={LogIn} />
    </Switch>
  )
}

/** The room, the person: the router's own parameters are decoded by half, and cannot be told from what was typed. */
const useNamed = () => paths.segmentOf(usePathname(), 1)
