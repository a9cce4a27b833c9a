"""Two builds of the book that tests share: as it is, and as published."""

import shutil

import house
import yaml

ADDRESS = "https://book.example/"
REPOSITORY = "https://github.com/owner-of-nothing/made-up"


def build_from_nothing(root):
    """Build a clean copy with an empty cache.

    Return the folder of its pages, the exit code and the log, which has the
    reports of cells that failed.
    """
    house.clean_copy(root)
    cache = root / ".pytest_cache"  # there in real life, and no page of ours
    cache.mkdir()
    (cache / "README.md").write_text("# not a page\n", encoding="utf-8")
    code, log = house.build(root)
    html = root / "_build" / "html"
    for report in sorted((html / "reports").rglob("*.log")):
        log += f"\n{report.name}\n{report.read_text(encoding='utf-8')}"
    return str(html), code, log


def build_for_a_publisher(html, root):
    """Build a copy with the addresses of a site and of a repository.

    What the cells printed when ``html`` was built is kept, so that only the
    pages are written anew. It is built once more, without a change, which
    changes nothing that is there. Return the folder of the pages.
    """
    house.clean_copy(root)
    kept = ".jupyter_cache"
    shutil.copytree(html.parent / kept, root / "_build" / kept)
    path = root / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["repository"] = {"url": REPOSITORY, "branch": "trunk"}
    config["html"]["baseurl"] = ADDRESS
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    pages = root / "_build" / "html"
    before = {}
    for _ in range(2):
        code, log = house.build(root)
        assert code == 0, log
        assert "WARNING:" not in log
        now = {
            page.relative_to(pages).as_posix(): page.read_bytes()
            for page in pages.rglob("*.*")
            if page.suffix in (".html", ".css", ".js")
        }
        assert before.items() <= now.items()
        before = now
    return str(pages)
