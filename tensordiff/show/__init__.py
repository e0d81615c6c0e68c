"""What people see: reports as plain data, typeset mathematics, pictures of contraction networks, pages of their own."""
