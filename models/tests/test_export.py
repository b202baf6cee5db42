import json
import tempfile
import unittest
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open
from safetensors.torch import load_file

from models.export import bundle, half, onnx_graph, parity, rounding, safetensors_file, torchscript_graph
from models.export.artifact import Artifact, Port
from models.export.rounding import round_weights
from models.export.weights import FILE, Weights, restore


def artifact(seed: int, bits: int = 16) -> Artifact:
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(16, 256), torch.nn.SiLU(), torch.nn.Linear(256, 8))
    examples = [(torch.randn(rows, 16),) for rows in (2, 1, 5)]
    ports = [Port("given", [-1, 16])], [Port("found", [-1, 8])]
    return Artifact("net", round_weights(module, bits), *ports, examples, weight_bits=bits)


class ExportTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def export(self, made: Artifact) -> None:
        weights = Weights([made])
        weights.write(self.folder / FILE)
        onnx_graph.write(made, weights, self.folder / "net.onnx")
        torchscript_graph.write(made, weights, self.folder / "net.pt")

    def test_both_graphs_without_weights_compute_what_the_original_does(self):
        for bits in (16, 8):
            with self.subTest(bits=bits):
                made = artifact(0, bits)
                self.export(made)
                self.assertTrue(all(worst < 1e-5 for worst in parity.check(made, made.run(), self.folder).values()))
                weight = safetensors_file.raw_bytes(made.module[0].weight)
                self.assertNotIn(weight, (self.folder / "net.onnx").read_bytes())

    def test_a_graph_in_float16_computes_the_same_within_its_tolerance_on_the_same_weights(self):
        made = artifact(0)
        self.export(made)
        weights, file = Weights([made]), self.folder / half.file(made)
        torchscript_graph.write(half.of(made), weights, file, "float16")
        difference = parity.check_half(made, made.run(), file)
        self.assertGreater(difference, 1e-5, "it computes in float16")
        self.assertLess(difference, parity.TOLERANCES["float16"])
        with zipfile.ZipFile(file) as archive:
            left_out = json.loads(archive.read(torchscript_graph.MAP))
        self.assertEqual({entry["dtype"] for entry in left_out.values()}, {"float16"})
        self.assertEqual(
            {entry["tensor"] for entry in left_out.values()}, {"net.0.weight", "net.0.bias", "net.2.weight"}
        )

    def test_a_graph_in_float16_is_for_gpus_alone(self):
        graph = bundle.described(artifact(0), {}, halves=True)["graphs"]["pytorch"]
        self.assertEqual(graph, {"file": "net.pt", "cuda": {"file": "net.half.pt", "dtype": "float16"}})

    def test_weights_of_eight_bits_and_decoders_have_no_graph_in_float16(self):
        for made in (artifact(0, 8), replace(artifact(0), grows=True)):
            self.assertEqual(bundle.described(made, {}, halves=True)["graphs"]["pytorch"], {"file": "net.pt"})

    def test_constants_that_were_written_into_files_come_back_into_the_graph(self):
        mask = np.triu(np.full((64, 64), -1e4, np.float32))
        constant = helper.make_node("Constant", [], ["mask"], value=numpy_helper.from_array(mask, "mask"))
        found = helper.make_tensor_value_info("mask", TensorProto.FLOAT, mask.shape)
        model = helper.make_model(helper.make_graph([constant], "net", [], [found]))
        whole = self.folder / "whole.onnx"
        onnx.save_model(model, whole, save_as_external_data=True, all_tensors_to_one_file=False, convert_attribute=True)
        read = onnx.load(whole, load_external_data=False)
        onnx_graph.bring_back(read.graph, self.folder)
        kept = read.graph.node[0].attribute[0].t
        self.assertEqual(kept.data_location, TensorProto.DEFAULT)
        np.testing.assert_array_equal(numpy_helper.to_array(kept), mask)

    def test_rows_of_int8_stand_for_themselves_whatever_their_size(self):
        rows = torch.randn(5, 3, 7) * torch.tensor([0.0, 1e-30, 1e-4, 1.0, 1e30]).view(5, 1, 1)
        once = rounding.from_rows(*rounding.to_rows(rows))
        self.assertTrue(torch.equal(rounding.from_rows(*rounding.to_rows(once)), once))
        self.assertLess(((once - rows).abs().amax((1, 2)) / rows.abs().amax((1, 2)).clamp_min(1e-38)).max(), 1 / 250)

    def test_rows_of_int8_take_a_byte_a_weight_and_four_a_row(self):
        self.export(artifact(0, 8))
        with safe_open(self.folder / FILE, "pt") as file:
            kept = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        self.assertEqual(kept["net.0.weight"].dtype, torch.int8)
        self.assertEqual(kept["net.0.weight.scales"].shape, (256,))
        self.assertEqual(kept["net.0.bias"].dtype, torch.float16)

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
        for bits in (16, 8):
            with self.subTest(bits=bits):
                self.export(artifact(0, bits))
                other = artifact(1)
                restore(self.folder, {"net": other.module})
                self.assertTrue(torch.equal(other.module[0].weight, artifact(0, bits).module[0].weight))
                self.assertTrue(torch.equal(other.module[2].bias, artifact(0, bits).module[2].bias))

    def test_the_same_tensors_give_the_same_file(self):
        tensors = {"b": torch.ones(3), "a": torch.arange(4), "c": torch.zeros(2, 2, dtype=torch.float16)}
        paths = [self.folder / name for name in ("one", "two")]
        for path in paths:
            safetensors_file.write(path, tensors, {"y": "1", "x": "2"})
        self.assertEqual(paths[0].read_bytes(), paths[1].read_bytes())
        self.assertTrue(torch.equal(load_file(paths[0])["a"], tensors["a"]))


if __name__ == "__main__":
    unittest.main()
