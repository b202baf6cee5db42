import tempfile
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file

from models.export import onnx_graph, parity, safetensors_file, torchscript_graph
from models.export.artifact import Artifact, Port, round_to_half
from models.export.weights import FILE, Weights, restore


def artifact(seed: int) -> Artifact:
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.SiLU(), torch.nn.Linear(32, 8))
    examples = [(torch.randn(rows, 16),) for rows in (2, 1, 5)]
    ports = [Port("given", [-1, 16])], [Port("found", [-1, 8])]
    return Artifact("net", round_to_half(module), *ports, examples)


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def export(self, made: Artifact) -> None:
        weights = Weights([made])
        weights.write(self.folder / FILE)
        onnx_graph.write(made, weights, self.folder / "net.onnx")
        torchscript_graph.write(made, weights, self.folder / "net.pt")

    def test_both_graphs_without_weights_compute_what_the_original_does(self):
        made = artifact(0)
        self.export(made)
        self.assertTrue(all(worst < 1e-5 for worst in parity.check(made, made.run(), self.folder).values()))
        self.assertNotIn(safetensors_file.raw_bytes(made.module[0].weight), (self.folder / "net.onnx").read_bytes())

    def test_another_models_graph_is_refused_with_the_difference(self):
        self.export(artifact(0))
        with self.assertRaisesRegex(parity.ParityError, r"net.found: onnxruntime differs by \d"):
            parity.check(artifact(1), artifact(1).run(), self.folder)

    def test_weights_that_are_not_rounded_are_refused(self):
        made = artifact(0)
        made.module[0].weight.data += 1e-5
        with self.assertRaisesRegex(ValueError, "net.0.weight"):
            Weights([made])

    def test_a_model_is_restored_from_its_entry(self):
        self.export(artifact(0))
        other = artifact(1)
        restore(self.folder, {"net": other.module})
        self.assertTrue(torch.equal(other.module[2].bias, artifact(0).module[2].bias))

    def test_the_same_tensors_give_the_same_file(self):
        tensors = {"b": torch.ones(3), "a": torch.arange(4), "c": torch.zeros(2, 2, dtype=torch.float16)}
        paths = [self.folder / name for name in ("one", "two")]
        for path in paths:
            safetensors_file.write(path, tensors, {"y": "1", "x": "2"})
        self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())
        self.assertTrue(torch.equal(load_file(paths[0])["a"], tensors["a"]))


if __name__ == "__main__":
    unittest.main()
