// W9 on Node: an empty program.
