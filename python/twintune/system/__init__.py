"""The machine and the process: processors, memory, network, files, clocks."""
