from collections.abc import Sequence

import pytest

from corpus import MaterialError
from corpus.readers import subtitles


def clock(seconds: float, mark: str) -> str:
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}{mark}000"


def srt(captions: Sequence[tuple[float, float, str]]) -> bytes:
    return "\n".join(
        f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(captions, start=1)
    ).encode()


def vtt(body: str) -> bytes:
    return f"WEBVTT\n\n{body}".encode()


def test_stretches_are_about_a_minute_and_end_with_a_sentence() -> None:
    said = [(n * 10, n * 10 + 10, f"Frase {n}." if n % 2 else f"la idea {n}") for n in range(18)]
    content = subtitles.read(srt(said))
    assert [(s.location.number, s.location.label) for s in content.sections] == [
        (1, "minuto 0:00–1:00"),
        (2, "minuto 1:00–2:00"),
        (3, "minuto 2:00–3:00"),
    ]
    assert content.sections[0].text.endswith("Frase 5.")


def test_speech_without_stops_is_cut_before_a_minute_and_a_half() -> None:
    said = [(n * 10.0, n * 10.0 + 10, f"palabra {n}") for n in range(27)]
    labels = [section.location.label for section in subtitles.read(srt(said)).sections]
    assert labels == ["minuto 0:00–1:30", "minuto 1:30–3:00", "minuto 3:00–4:30"]


def test_hours_are_shown_from_the_first_on() -> None:
    content = subtitles.read(srt([(3590, 3630, "Fin.")]))
    assert content.sections[0].location.label == "minuto 59:50–1:00:30"


def test_a_short_last_stretch_joins_the_one_before() -> None:
    assert len(subtitles.read(srt([(0, 70, "Uno."), (70, 75, "Dos.")])).sections) == 1


def test_rolling_captions_are_said_once() -> None:
    body = """00:00:01.000 --> 00:00:04.000
hola a todos

00:00:04.000 --> 00:00:08.000
hola a todos
hoy <00:00:05.000><c>vemos</c> redes

00:00:08.000 --> 00:00:08.010
hoy vemos redes

00:00:08.010 --> 00:00:12.000
hoy vemos redes
y más redes
"""
    assert subtitles.read(vtt(body)).sections[0].text == "hola a todos hoy vemos redes y más redes"


def test_a_line_that_grows_is_said_once_and_a_later_repetition_stays() -> None:
    growing = srt([(0, 2, "la red"), (2, 4, "la red neuronal"), (20, 22, "la red neuronal")])
    assert subtitles.read(growing).sections[0].text == "la red neuronal la red neuronal"


def test_tags_voices_notes_styles_and_sounds_go() -> None:
    body = """STYLE
::cue { color: red }

NOTE
no leer

intro
00:01.000 --> 00:04.000 align:start position:0%
<v Jorge><b>Hola</b> &amp; chao</v>

00:05.000 --> 00:06.000
[Música]

00:06.000 --> 00:07.000
>> si a < b {\\an8}fin
"""
    assert subtitles.read(vtt(body)).sections[0].text == "Hola & chao si a < b fin"


def test_captions_without_empty_lines_between_them_are_read() -> None:
    data = b"1\n00:00:01,000 --> 00:00:02,000\nuno\n2\n00:00:02,000 --> 00:00:03,000\ndos\n"
    assert subtitles.read(data).sections[0].text == "uno dos"


def test_the_title_after_the_first_word_is_the_title() -> None:
    data = b"WEBVTT - Clase 3\r\n\r\n00:01.000 --> 00:02.000\r\nhola\r\n"
    assert subtitles.read(data).title == "Clase 3"


def test_damaged_timings_are_reported_and_their_text_kept() -> None:
    good = "1\n00:00:01,000 --> 00:00:02,000\nuno\n\n"
    content = subtitles.read(
        (
            good + "2\n00:99:01,000 --> x\ndos\n\n" + "3\n00:00:09,000 --> 00:00:03,000\ntres"
        ).encode()
    )
    assert content.sections[0].text == "uno dos tres"
    assert content.warnings == ("tiempos dañados en 2 subtítulos, líneas 6, 10",)


@pytest.mark.parametrize("data", [b"hola", b"WEBVTT\n\nNOTE nada", b"1\nx --> y\nhola"])
def test_what_has_no_timings_is_refused(data: bytes) -> None:
    with pytest.raises(MaterialError, match="tiempos"):
        subtitles.read(data)
