"""What people look for, in the four languages of the house: inflections, and the ways to write one word.

Both databases give these answers: the tests are run on both.
"""

import pytest

from backend.accounts.credentials import Viewer
from backend.chat import history
from backend.chat.pages import Window
from tests.chat.steps import say

pytestmark = pytest.mark.django_db

# What is said, what is asked, and whether it is found.
ENGLISH = [
    ("He was running late again", "runs", True),
    ("Two cities, one tea house", "CITY", True),
    ("She studied the menu", "studying", True),
    ("Their happiness was complete", "happy", True),
    ("Ana’s samovar is boiling", "ana's samovars", True),
    ("I don't drink coffee", "dont", True),
    ("Meet me at the café", "cafe", True),
    ("The universities are closed", "universit", True),
    ("A teapot and two cups", "pot", False),
    ("He made a career of it", "caring", False),
]
FARSI = [
    ("فردا به چایخانه می‌روم", "میروم", True),
    ("فردا به چایخانه می روم", "می‌روم", True),
    ("فردا به چایخانه میروم", "می روم", True),
    ("کتاب ها روی میز است", "کتاب‌ها", True),
    ("اين كتاب علي است", "کتاب علی", True),
    ("سَلام بر شُما", "سلام شما", True),
    ("چـــــای تازه دم", "چای", True),
    ("خانهٔ ما نزدیک است", "خانه", True),
    ("قرار ما ساعت ۱۷ و ۳۰ دقیقه", "17 30", True),
    ("نان و پنیر آوردم", "انار", False),
]
RUSSIAN = [
    ("Встретимся в чайхане", "чайхана", True),
    ("Пойдём в чайхану вечером", "ЧАЙХАНА", True),
    ("Я люблю зелёный чай", "зеленого чая", True),
    ("Все ёлки уже проданы", "елка", True),
    ("Елку поставили вчера", "ёлки", True),
    ("Она читала эти книги", "книгой", True),
    ("Мы долго говорили", "говорит", True),
    ("Продаётся старый за\u0301мок", "замок", True),
    ("Самовар закипел", "само", True),
    ("Это стоит сто рублей", "чай", False),
]
GEORGIAN = [
    ("ჩაიხანაში გნახავ", "ჩაიხანა", True),
    ("ᲩᲐᲘᲮᲐᲜᲐ ღიაა", "ჩაიხანა", True),
    ("ჩაიხანა ღიაა", "ᲩᲐᲘᲮᲐᲜᲐ", True),
    ("გამარჯობა, როგორ ხარ?", "როგორ გამარჯობა", True),
    ("თბილისიდან ჩამოვედი", "თბილის", True),
    ("ორი ჭიქა ჩაი, თუ შეიძლება", "ჭიქა ჩაი", True),
    ("წიგნები მაგიდაზეა", "წიგნ", True),
    ("„ვეფხისტყაოსანი“ წავიკითხე", "ვეფხისტყაოსანი", True),
    ("პურ-მარილი", "მარილი", True),
    ("ყავა მირჩევნია", "ჩაი", False),
]


@pytest.mark.parametrize(("said", "asked", "is_found"), ENGLISH + FARSI + RUSSIAN + GEORGIAN)
def test_what_was_said_is_found(said: str, asked: str, is_found: bool, ana: Viewer, tea: int) -> None:
    say(ana, tea, said)
    found = history.history(reader=ana, room_id=tea, window=Window(), matching=asked).items
    assert [each.body for each in found] == ([said] if is_found else [])
