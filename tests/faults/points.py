"""The named fault points of the product, found in its source, and the sweep that each of them belongs to."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cmo_portal", "members", "works", "licensing", "royalties")
AREAS = ("dist.", "pay.", "ledger.")
# What the straight way from draft to settled payment does not pass, but the detour does.
AROUND = ("dist.create", "dist.cancel", "dist.drop", "dist.reverse", "dist.return", "pay.cancel", "pools.", "receipts.")


def fault_points() -> list[str]:
    """Every named fault point of the product."""
    found: set[str] = set()
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "faultpoint(" in source else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "faultpoint":
                found.add(str(ast.literal_eval(node.args[0])))
    return sorted(found)


ON_THE_DETOUR = [name for name in fault_points() if name.startswith(AROUND)]
ON_THE_WAY = [name for name in fault_points() if name.startswith(AREAS) and not name.startswith(AROUND)]
OTHERS = [name for name in fault_points() if not name.startswith((*AREAS, *AROUND))]
