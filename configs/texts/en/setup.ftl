# Set-up.
setup-store = The store can be written
setup-good = in order
setup-wanting = needs attention
