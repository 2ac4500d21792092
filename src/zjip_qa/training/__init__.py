"""Makes the shipped model. Nothing at run time imports this room.

`python -m zjip_qa.training --help` lists the steps. Needs the extra `train`.
"""
