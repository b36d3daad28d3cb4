"""The executor `ray`: the driver on the user's machine, and the places on the nodes where frameworks work for it."""
