"""Whether a set is as its guide wants: the guide of a partner, its rules, and the checks made of them."""
