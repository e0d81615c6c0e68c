from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Case:
    problem: object
    grader: object
    scope: object
    truth: object=None
def diagnose(case): return ()
