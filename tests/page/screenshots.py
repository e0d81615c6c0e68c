"""Pictures of the page in every state, wide and narrow, light and dark: python -m tests.page.screenshots FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.page.browser import DESKTOP, PHONE, STATES, chromium, opened
from tests.page.server import running


def main() -> None:
    """Writes STATE-{desktop,phone}-{light,dark}.png; folded parts are opened."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with running() as port, chromium() as browser:
        for name, state in STATES.items():
            for kind, size in (("desktop", DESKTOP), ("phone", PHONE)):
                for dark in (False, True):
                    page = opened(browser, port, state, dark=dark, size=size)
                    for summary in page.locator("details.more > summary").all():
                        summary.click()
                    page.wait_for_timeout(700)
                    page.screenshot(path=folder / f"{name}-{kind}-{'dark' if dark else 'light'}.png", full_page=True)
                    page.context.close()


if __name__ == "__main__":
    main()
