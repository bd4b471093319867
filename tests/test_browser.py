"""What a learner sees: JupyterLab in a real browser, every cell run, answers typed, verdicts read off the page."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, sync_playwright

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
IN_CI = os.environ.get("DFLVI_CI") == "1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

if CHROMIUM is None and not IN_CI:
    pytest.skip("no Chromium on this machine", allow_module_level=True)

QUIET = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Lab:
    """A JupyterLab server on a folder of its own."""

    def __init__(self, folder: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = secrets.token_hex(16)
        self.address = f"http://127.0.0.1:{self.port}"
        home = folder / "home"
        # All cells stay in the page, also those that are scrolled away, so that the page can be read.
        settings = home / "settings" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True)
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        environment = {
            **os.environ, "HOME": str(home), "DFLVI_HOME": str(home / "progress"), "JAX_PLATFORMS": "cpu",
            "DFLVI_QUICK": "1", "JUPYTER_PLATFORM_DIRS": "1",
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        }  # fmt: skip
        environment.pop("MPLBACKEND", None)  # a kernel of its own choice draws into the page and closes its figures
        # Root is refused by Jupyter and by Chromium's sandbox; the flags for it stand here and nowhere else.
        as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        self.log = folder / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={self.port}",
                    "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}",
                    f"--ServerApp.root_dir={folder / 'work'}", "--LabApp.news_url=None",
                    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                    "--LabApp.extension_manager=readonly", *as_root,
                ],
                env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while True:
            try:
                self._ask("status")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.log.read_text()) from None
                time.sleep(0.3)

    def _ask(self, what: str, method: str = "GET"):
        request = urllib.request.Request(f"{self.address}/api/{what}?token={self.token}", method=method)
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.loads(reply.read() or "null")

    def wait_for_kernels(self, seconds: int = 60) -> None:
        """Until every kernel has started and waits for work."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(urllib.error.HTTPError):  # 500 for a kernel that is only half there
                kernels = self._ask("kernels")
                if kernels and all(kernel["execution_state"] == "idle" for kernel in kernels):
                    return
            time.sleep(0.5)

    def stop_kernels(self) -> None:
        for session in self._ask("sessions"):
            self._ask(f"sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        for _ in range(2):  # Jupyter asks once whether it is meant
            os.killpg(self.process.pid, signal.SIGINT)
            time.sleep(0.5)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Page:
    """A notebook open in the browser, with what went wrong in it."""

    def __init__(self, page, lab: Lab, name: str):
        self.page, self.lab = page, lab
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("request", self._note)
        page.goto(f"{lab.address}/lab/tree/{name}?reset&token={lab.token}", wait_until="domcontentloaded")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=90_000)
        self.idle()

    def _note(self, request) -> None:
        local = (self.lab.address, self.lab.address.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(local):
            self.elsewhere.append(request.url)

    def idle(self, seconds: int = 240) -> None:
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=seconds * 1000)

    def run_all(self) -> None:
        self.lab.wait_for_kernels()
        for _ in range(6):  # a command given before the page knows of its kernel is dropped, with a dialog
            with contextlib.suppress(TimeoutError):  # a dialog that opens just now is in the way
                if self.page.locator(".jp-Dialog").count():
                    self.page.keyboard.press("Escape")
                self.page.click('li.lm-MenuBar-item:has-text("Run") >> nth=0', timeout=5000)
                self.page.click('.lm-Menu-itemLabel:text-is("Run All Cells")', timeout=5000)
            if self._prompts("some", r"\[(\*|\d+)\]", 5):
                break
        assert self._prompts("every", r"\[\d+\]", 300), "not all cells were run"
        self.idle()

    def run(self, cell) -> None:
        """Run one cell from the keyboard."""
        self.lab.wait_for_kernels()
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_timeout(400)
        self.idle()

    def _prompts(self, how_many: str, pattern: str, seconds: int) -> bool:
        """Whether the prompts of some or every code cell come to look like this."""
        prompts = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        try:
            self.page.wait_for_function(
                f"() => {prompts}.{how_many}(prompt => /{pattern}/.test(prompt.textContent))", timeout=seconds * 1000
            )
        except TimeoutError:
            return False
        return True

    def cell(self, text: str):
        """The first code cell whose source holds this text."""
        return self.page.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea", has_text=text)).first

    def answer(self, cell, code: str) -> None:
        """Replace a cell's text from the keyboard, run it, and run the cell after it."""
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").first.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)
        for _ in range(2):
            self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_timeout(400)
        self.idle()

    def verdict(self, name: str):
        """The verdict that stands under the check cell of an exercise."""
        return self.cell(f"ex.{name}.check(").locator(".dflvi-verdict").last

    def is_clean(self) -> None:
        assert not self.errors
        assert not self.elsewhere


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    (folder / "work").mkdir()
    for name in NOTEBOOKS:
        shutil.copy(ROOT / "notebooks" / name, folder / "work" / name)
    server = Lab(folder)
    yield server
    server.close()


@pytest.fixture(scope="module")
def browser():
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*QUIET, *as_root])
        yield chromium
        chromium.close()


@pytest.fixture
def open_notebook(lab, browser):
    pages = []

    def opened(name: str) -> Page:
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        pages.append(page)
        return Page(page, lab, name)

    yield opened
    for page in pages:
        page.close()
    lab.stop_kernels()


FIRST, *OTHERS = NOTEBOOKS


@pytest.mark.parametrize("name", [FIRST, *(pytest.param(name, marks=pytest.mark.full) for name in OTHERS)])
def test_every_cell_of_the_untouched_notebook_runs(open_notebook, name):
    page = open_notebook(name)
    page.run_all()
    said = page.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')
    assert said.all_inner_texts() == []
    assert page.page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
    statuses = page.page.eval_on_selector_all(".dflvi-verdict", "all => all.map(v => v.dataset.status)")
    assert set(statuses) <= {"not-attempted"}
    assert page.page.locator(".jp-OutputArea img, .jp-OutputArea svg").count() > 0, "no figure was drawn"
    page.is_clean()


WRONG = """def affine_gaussian_logpdf(y, A, b):
    u = jnp.linalg.solve(A, y - b)
    log_det = jnp.linalg.slogdet(A)[1]
    return jax.scipy.stats.norm.logpdf(u).sum() + log_det"""
RIGHT = WRONG.replace("+ log_det", "- log_det")
STOPS = WRONG.replace("slogdet(A)[1]", "slogdet(B)[1]")


def test_answers_typed_on_the_page(open_notebook):
    page = open_notebook("01_conjugacy.ipynb")
    page.run(page.cell("import conjugacy as ex"))
    stub = page.cell("def affine_gaussian_logpdf")

    page.answer(stub, "import jax\nimport jax.numpy as jnp\n\n\n" + WRONG)
    verdict = page.verdict("affine_gaussian_logpdf")
    assert verdict.get_attribute("data-status") == "diagnosed"
    assert "NOT YET" in verdict.inner_text()
    assert "denser" in verdict.inner_text() or "thinner" in verdict.inner_text()

    page.answer(stub, STOPS)
    verdict = page.verdict("affine_gaussian_logpdf")
    assert verdict.get_attribute("data-status") == "crashed"
    assert "Nothing is called B here" in verdict.inner_text()
    assert "Traceback" not in verdict.inner_text()
    # The folded list of inputs is opened from the keyboard.
    folded = verdict.locator("details")
    assert folded.get_attribute("open") is None
    folded.locator("summary").focus()
    page.page.keyboard.press("Enter")
    assert folded.get_attribute("open") is not None
    assert "float32" in folded.inner_text()

    page.answer(stub, RIGHT)
    verdict = page.verdict("affine_gaussian_logpdf")
    assert verdict.get_attribute("data-status") == "passed"
    assert "PASSED" in verdict.inner_text()
    page.is_clean()


def test_a_choice_answered_on_the_page(open_notebook):
    page = open_notebook("02_cavi.ipynb")
    page.run(page.cell("import cavi as ex"))
    cell = page.cell("q2_3_1 =")
    seen = []
    for letter in "abcd":
        page.answer(cell, f'q2_3_1 = "{letter}"')
        seen.append(page.verdict("q2_3_1").get_attribute("data-status"))
    assert sorted(seen) == ["diagnosed", "diagnosed", "diagnosed", "passed"]
    page.is_clean()
