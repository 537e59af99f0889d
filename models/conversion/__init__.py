"""The parts of models/rebuild.py: rewrites of graphs, the recipe of each model, the comparison."""
