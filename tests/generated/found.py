"""Texts that were once read, evaluated or differentiated wrongly; every law is tried on them."""

FOUND = [
    # sizes among the factors of index notation
    "m*X[i,l]*ones(n)[j] -> [i,j,l]",
    "X[i,l]*(X*X')[1,2]*m -> [l]",
    "X[i,l]^2*(ones(n, n*m)*ones(n*m, m))[j,l]*D[k,k] -> [i,j,k,l]",
    # an index called like a mark of the builder
    "n*m*X[inner,l] -> [inner,l]",
    # scalars that are products of vectors, among entries
    "X[i,l]*(ones(m)'*ones(m))*y[j] -> [i,j,l]",
    "ones(p)'*w*c*X[i,j] -> [i,j]",
    # powers of a size that leave the size
    "z/mean(q)",
    "1/mean(q)^3",
    # tensors differentiated by a scalar
    "b/b*eye(n)[s,s]*R[3,s,r]*eye(p)[a,a] -> [s,r,a]",
    # a sum whose terms agree on a grouping that none of them has
    "eye(m*n) - ones(m*n)*vec(sign(Z)')'",
    # a tensor at two places, summed over its first axis
    "(a + T[i,1,1] -> [])^2",
]
