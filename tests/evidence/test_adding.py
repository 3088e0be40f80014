"""A record asked column by column: each answer is checked at once, and the file changes whole or not at all."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wijkanalyse.cli import main
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence import EvidenceError, load_evidence
from wijkanalyse.evidence.adding import add_record

from .conftest import RAW

# Answers for the columns of own_business_cases, in its order; empty takes the default.
CASE = {
    "case_id": "",  # EIGEN-01
    "level": "",  # case
    "municipality": "Zwolle",
    "gm_code": "",  # found by the name
    "year": "2025",
    "approach": "gezin met schulden, één regisseur",
    "n_cases": "1",
    "cost_before_eur": "24000",
    "cost_wijkteam_eur": "9000",
    "savings": "",
    "savings_unit": "",
    "horizon": "",  # 1 year
    "who_pays": "gemeente",
    "result": "better",
    "benefit_cost_ratio": "",
    "url": "",
    "note": "",
    "who_gains": "zorgverzekeraar",
}
ROW = (
    'EIGEN-01,case,Zwolle,GM0193,2025,"gezin met schulden, één regisseur",1,24000,9000,,,1 year,gemeente,better,,,,'
    "zorgverzekeraar"
)


class Person:
    """Answers from a list; when it is used up the person is gone (end of input)."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    def ask(self, prompt: str) -> str:
        self.heard.append(prompt)
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)

    def add(self, table: str, folder: Path) -> bool:
        return add_record(table, folder, ask=self.ask, tell=self.heard.append)

    @property
    def said(self) -> str:
        return "\n".join(self.heard)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RAW, tmp_path / "evidence"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def answers(**changes: str) -> list[str]:
    return list({**CASE, **changes}.values())


def test_a_first_own_case_begins_the_file(folder: Path) -> None:
    before = contents(folder)
    assert Person(*answers(), "yes").add("own_business_cases", folder)
    after = contents(folder)
    header = ",".join(CASE)
    assert after.pop("own_business_cases.csv").decode() == f"{header}\n{ROW}\n"
    assert after == before
    assert load_evidence(folder)["own_business_cases"]["cost_wijkteam_eur"].tolist() == [9000]


def test_the_next_case_is_numbered_on(folder: Path) -> None:
    for _ in range(2):
        assert Person(*answers(), "yes").add("own_business_cases", folder)
    assert load_evidence(folder)["own_business_cases"]["case_id"].tolist() == ["EIGEN-01", "EIGEN-02"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize(("mark", "is_ended"), [(b"", False), (b"\xef\xbb\xbf", True)])
def test_the_file_keeps_its_own_line_ends(folder: Path, end: bytes, mark: bytes, is_ended: bool) -> None:
    path = folder / "own_business_cases.csv"
    given = [",".join(CASE), ROW]
    path.write_bytes(mark + end.join(line.encode() for line in given) + (end if is_ended else b""))
    assert Person(*answers(), "j").add("own_business_cases", folder)
    added = ROW.replace("EIGEN-01", "EIGEN-02")
    assert path.read_bytes() == mark + end.join(line.encode() for line in [*given, added, ""])


def test_a_survey_takes_over_what_its_rows_share(folder: Path) -> None:
    """Of a survey that is there already, only what is new is typed; the file keeps its Windows line ends."""
    first, indicator, value, rest = "ZST-2017-wt", "kwaliteit", "81.5", [""] * 20
    person = Person(first, *[""] * 6, indicator, value, "", "", "500", "", "", "jongeren", "", "", "", "", "yes", *rest)
    before = (folder / "client_surveys.csv").read_bytes()
    assert person.add("client_surveys", folder)
    after = (folder / "client_surveys.csv").read_bytes()
    assert after.startswith(before)
    added = after.removeprefix(before).decode()
    assert added.startswith(
        "ZST-2017-wt,Sociale Wijkteams en Jeugdteams Zaanstad,Zaanstad,GM0479,2017,stated,wijkteam,kwaliteit,81.5,"
    )
    assert ",percent,exact,500,939,exact,jongeren,clients," in added
    assert added.endswith("\r\n")


def test_a_wrong_answer_is_named_at_once_and_asked_again(folder: Path) -> None:
    given = {**CASE, "cost_before_eur": "24.000"}
    typed = list(given.values())
    at = list(CASE).index("cost_before_eur") + 1
    person = Person(*typed[:at], "24000", *typed[at:], "yes")
    assert person.add("own_business_cases", folder)
    wrong = person.heard.index(
        "    cost_before_eur: found 24.000, expected a whole number of euros, 0 or more (write 24000) [number]"
    )
    assert person.heard[wrong + 1].startswith("    cost_before_eur [empty] >")
    assert (folder / "own_business_cases.csv").read_text().splitlines()[1] == ROW


def test_an_answer_that_contradicts_an_earlier_one_asks_that_again(folder: Path) -> None:
    """n_basis exact shows that n was forgotten; what is then typed for n keeps the rules of n."""
    shared = ["ZST-2017-wt", *[""] * 6, "kwaliteit", "81.5", "", ""]
    person = Person(*shared, "-", "", "exact", "1.200", "1200", "jongeren", *[""] * 4, "yes")
    assert person.add("client_surveys", folder)
    assert "n: found nothing, expected a number where n_basis is exact" in person.said
    assert "n: found 1.200, expected a whole number, 1 or more (write 1200)" in person.said
    assert ",81.5,percent,exact,1200,939,exact,jongeren," in (folder / "client_surveys.csv").read_text(encoding="utf-8")


def test_or_the_answer_itself_is_changed(folder: Path) -> None:
    """clients_unit without clients_reached: the unit was not meant, and a dash takes it back."""
    reports = ["", "Team Noord", "Zwolle", "", "2024", "team_report", "opening"]
    person = Person(*reports, "", "huishoudens", "-", "yes", *[""] * 14, "https://example.nl/x", "", "yes")
    assert person.add("annual_reports", folder)
    assert "clients_unit: found huishoudens, expected filled where clients_reached is" in person.said
    row = (folder / "annual_reports.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert row == "AR108,Team Noord,Zwolle,GM0193,2024,team_report,opening,,,yes" + ",0" * 14 + ",https://example.nl/x,"


def test_a_column_can_be_changed_before_the_yes(folder: Path) -> None:
    person = Person(*answers(), "yse", "result", "worse", "yes")
    assert person.add("own_business_cases", folder)
    assert 'found "yse", expected yes, no or a column' in person.said
    assert ",gemeente,worse," in (folder / "own_business_cases.csv").read_text()


def test_a_question_mark_tells_more_and_a_dash_empties(folder: Path) -> None:
    person = Person(*answers(gm_code="?"), *[])
    person.answers.insert(4, "-")
    person.answers.append("yes")
    assert person.add("own_business_cases", folder)
    assert person.said.count("4/18 gm_code: CBS code of the municipality") == 2
    assert "EIGEN-01,case,Zwolle,,2025" in (folder / "own_business_cases.csv").read_text()


@pytest.mark.parametrize("count", [0, 1, 9, len(CASE)])
def test_who_stops_leaves_every_file_alone(folder: Path, count: int) -> None:
    before = contents(folder)
    person = Person(*answers()[:count])
    assert not person.add("own_business_cases", folder)
    assert person.heard[-1] == "\nStopped; nothing was written."
    assert contents(folder) == before


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")])
def test_an_interrupted_answer_leaves_every_file_alone(folder: Path, stop: BaseException) -> None:
    def ask(prompt: str) -> str:
        raise stop

    before = contents(folder)
    assert not add_record("client_surveys", folder, ask=ask, tell=lambda text: None)
    assert contents(folder) == before


def test_no_is_no(folder: Path) -> None:
    before = contents(folder)
    assert not Person(*answers(), "no").add("own_business_cases", folder)
    assert contents(folder) == before


def test_a_file_with_problems_is_not_added_to(folder: Path) -> None:
    path = folder / "municipal_polls.csv"
    path.write_bytes(path.read_bytes().replace(b",exact,", b",exakt,", 1))
    before = contents(folder)
    person = Person()
    with pytest.raises(EvidenceError, match="found exakt"):
        person.add("municipal_polls", folder)
    assert person.heard == []
    assert contents(folder) == before


def test_problems_of_another_file_are_no_reason_to_refuse_but_they_are_said(folder: Path) -> None:
    (folder / "annual_reports.csv").write_bytes((folder / "annual_reports.csv").read_bytes().replace(b",yes,", b",ja,", 1))
    assert not (other := Person()).add("annual_reports_second_coder", folder)
    assert "1 problem(s) in files with rules in common" in other.said


def test_a_file_that_changed_meanwhile_is_not_overwritten(folder: Path) -> None:
    path = folder / "own_business_cases.csv"
    path.write_text(f"{','.join(CASE)}\n{ROW}\n", encoding="utf-8")
    person = Person(*answers())

    def ask(prompt: str) -> str:
        if not person.answers:
            path.write_text(f"{','.join(CASE)}\n{ROW.replace('9000', '1')}\n", encoding="utf-8")
            return "yes"
        return person.ask(prompt)

    with pytest.raises(WijkanalyseError, match=r"(?s)changed while you typed.*EIGEN-02,case,Zwolle"):
        add_record("own_business_cases", folder, ask=ask, tell=lambda text: None)
    assert ",1,,,1 year" in path.read_text()


def test_a_write_that_fails_leaves_the_file_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    before = contents(folder)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        Person(*answers(), "yes").add("own_business_cases", folder)
    assert contents(folder) == before


def test_a_table_that_does_not_exist(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "add", "client_survey", "--folder", str(folder)]) == 1
    assert capsys.readouterr().err == 'There is no evidence table "client_survey"; did you mean "client_surveys"?\n'


COMMAND = [sys.executable, "-c", "import sys; from wijkanalyse.cli import main; sys.exit(main())", "evidence", "add"]


def test_with_answers_from_a_pipe(folder: Path) -> None:
    typed = "".join(f"{answer}\n" for answer in [*answers(), "yes"])
    done = subprocess.run(
        [*COMMAND, "own_business_cases", "--folder", str(folder)], input=typed.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"municipality [empty] > Zwolle\n" in done.stdout
    assert (folder / "own_business_cases.csv").read_text().splitlines()[1] == ROW


@pytest.mark.parametrize("stop", [b"\x03", b"\x04"])
def test_at_a_terminal(folder: Path, stop: bytes) -> None:
    """A person types at a pseudo-terminal; Ctrl-C or Ctrl-D in the middle ends with code 1 and without a traceback."""
    before = contents(folder)
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "own_business_cases", "--folder", str(folder)],
        stdin=child,
        stdout=child,
        stderr=child,
        start_new_session=True,
        preexec_fn=_controlling_terminal,
    )
    os.close(child)
    try:
        seen = bytearray()
        _read_until(parent, seen, b"case_id [EIGEN-01] > ")
        os.write(parent, b"BC01\n")
        _read_until(parent, seen, b"case_id [EIGEN-01] > ", times=2)
        # a Ctrl-C between a prompt and the reading of its answer is only noticed with the next key, as in any Python
        while process.poll() is None and b"nothing was written." not in seen:
            os.write(parent, stop)
            if select.select([parent], [], [], 1)[0]:
                seen += os.read(parent, 4096)
        _read_until(parent, seen, b"nothing was written.")
        assert process.wait(timeout=20) == 1
    finally:
        process.kill()
        os.close(parent)
    assert b"found BC01, expected an id without spaces that does not begin with BC" in seen
    assert b"Traceback" not in seen
    assert contents(folder) == before


def _controlling_terminal() -> None:
    import fcntl
    import termios

    # a run in the background ignores Ctrl-C, and hands that down
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_until(terminal: int, seen: bytearray, wanted: bytes, times: int = 1, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while seen.count(wanted) < times:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert ready, seen
        seen += os.read(terminal, 4096)
