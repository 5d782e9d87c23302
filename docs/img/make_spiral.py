#!/usr/bin/env python3
"""Draws docs/img/spiral.png: a million particles of apps/scenarios/spiral.toml at four moments.

Needs matplotlib and NumPy, and the program: docs/img/make_spiral.py build/apps/lockstep
"""
import subprocess, sys, tempfile
from pathlib import Path
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

program = sys.argv[1]
here = Path(__file__).resolve().parent
scenario = here.parent.parent / "apps/scenarios/spiral.toml"
bins, reach = 300, 1.15
figure, axes = plt.subplots(1, 4, figsize=(12, 3.35), facecolor="#0b0e14")
for axis, time in zip(axes, (0, 0.5, 2, 6)):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "simulate", scenario, "--set", f"dynamics.duration={float(time)}", "--set",
                        "output.format=npy", "--output", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        state = np.load(f"{folder}/final.npy")
    image, _, _ = np.histogram2d(state["y"], state["x"], bins=bins, range=[[-reach, reach]] * 2)
    axis.imshow(np.log1p(image), origin="lower", cmap="inferno", extent=(-reach, reach, -reach, reach),
                vmin=0, vmax=4.5, interpolation="nearest")
    axis.set_title(f"t = {time}", color="#d8dee9", fontsize=12)
    axis.set_axis_off()
figure.subplots_adjust(left=0.005, right=0.995, bottom=0.01, top=0.9, wspace=0.02)
figure.savefig(here / "spiral.png", dpi=100, facecolor=figure.get_facecolor())
