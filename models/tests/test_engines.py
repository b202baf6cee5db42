import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from models.export import bundle, engines, onnx_graph, onnx_int8, parity, torchscript_graph
from models.export.artifact import Artifact, Port
from models.export.rounding import round_weights
from models.export.weights import FILE, Weights


def artifact() -> Artifact:
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.SiLU(), torch.nn.Linear(32, 8))
    examples = [(torch.randn(rows, 16),) for rows in (2, 1)]
    ports = [Port("given", [-1, 16])], [Port("found", [-1, 8])]
    return Artifact("net", round_weights(module), *ports, examples)


class EnginesTest(unittest.TestCase):
    def setUp(self):
        self.folder, self.made = Path(self.enterContext(tempfile.TemporaryDirectory())), artifact()
        weights = Weights([self.made])
        weights.write(self.folder / FILE)
        onnx_graph.write(self.made, weights, self.folder / "net.onnx")
        torchscript_graph.write(self.made, weights, self.folder / "net.pt")
        self.manifest = {"artifacts": {"net": self.made.manifest()}, "files": {}, "quality": []}

    def small(self):
        onnx_int8.write(self.folder / "net.onnx", self.folder / "net.int8.onnx")
        return parity.session(self.folder / "net.int8.onnx")

    def test_the_int8_graph_computes_what_its_emulation_does_and_holds_no_weights(self):
        x = torch.randn(5, 16)
        found = self.small().run(None, {"given": x.numpy()})[0]
        expected = onnx_int8.emulate(self.made.module)(x).detach().numpy()
        self.assertLess(np.abs(found - expected).max(), 1e-5 * np.abs(expected).max())
        self.assertIn(FILE.encode(), (self.folder / "net.int8.onnx").read_bytes())

    def test_a_row_in_int8_has_the_same_bits_alone_and_beside_a_huge_one(self):
        session, x = self.small(), np.random.default_rng(0).standard_normal((3, 16), dtype=np.float32)
        x[2] *= 1000
        together = session.run(None, {"given": x})[0]
        self.assertTrue((session.run(None, {"given": x[:1]})[0] == together[:1]).all())

    def test_every_contender_is_timed_alone_and_in_eights(self):
        found = engines.contest(self.folder, self.manifest, "net", rounds=2)
        self.assertEqual({"onnxruntime", "pytorch", "int8"}, set(found.milliseconds))
        self.assertTrue(all(set(times) == {1, 8} for times in found.milliseconds.values()))

    def test_int8_is_taken_where_it_is_faster_and_taken_out_again(self):
        usual = self.made.manifest()["graphs"]
        spec = self.manifest["artifacts"]["net"] | {"milliseconds": {"cpu": {"onnxruntime": 2.0, "pytorch": 3.0}}}
        self.manifest["artifacts"]["net"] = spec
        faster = {"onnxruntime": {1: 2.0, 8: 2.0}, "pytorch": {1: 3.0, 8: 3.0}, "int8": {1: 1.0, 8: 1.0}}
        engines.take_int8(self.folder, self.manifest, engines.Contest("net", faster))
        graph = {"file": "net.int8.onnx", "dtype": "int8", "cuda": {"file": "net.onnx", "dtype": "float32"}}
        self.assertEqual(graph, spec["graphs"]["onnxruntime"])
        self.assertEqual(1.0, spec["milliseconds"]["cpu"]["onnxruntime"])
        self.assertEqual(["net.int8.onnx"], list(self.manifest["files"]))

        engines.take_out_int8(self.folder, self.manifest)
        self.assertEqual(usual, spec["graphs"])
        self.assertEqual({}, self.manifest["files"])
        self.assertFalse((self.folder / "net.int8.onnx").exists())

    def test_figures_hold_within_their_unit(self):
        def figure(value: float, unit: str) -> dict:
            return {"figure": "some", "value": value, "unit": unit}

        self.assertTrue(engines.holds(figure(0.98, "ratio"), figure(0.97, "ratio")))
        self.assertFalse(engines.holds(figure(0.98, "ratio"), figure(0.96, "ratio")))
        self.assertTrue(engines.holds(figure(2.0, "perplexity"), figure(2.03, "perplexity")))
        self.assertFalse(engines.holds(figure(2.0, "perplexity"), figure(2.1, "perplexity")))

    def test_a_new_export_keeps_the_times_of_equal_graphs(self):
        earlier = {"artifacts": {"net": self.made.manifest() | {"milliseconds": {"cpu": {"pytorch": 3.0}}}}}
        self.assertEqual({"cpu": {"pytorch": 3.0}}, bundle.described(self.made, earlier)["milliseconds"])
        earlier["artifacts"]["net"]["graphs"] = {}
        self.assertNotIn("milliseconds", bundle.described(self.made, earlier))


if __name__ == "__main__":
    unittest.main()
