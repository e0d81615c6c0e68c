"""Imported once by the server that workers are forked from: everything a first request would have to build."""

from tensordiff.page.jobs import answer

for _job in ("diff", "check", "explain"):
    answer(_job, {"f": "norm2(A*x - y)^2 + logdet(inv(X'*inv(V)*X))", "wrt": "V", "answer": "inv(V)"})
