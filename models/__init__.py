"""Offline Python of the fleet: the sticker world, the trainers, the exporter and the goldens."""
