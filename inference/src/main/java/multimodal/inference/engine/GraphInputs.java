package multimodal.inference.engine;

import java.util.Map;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.Tensor;

/** Checks a call against the manifest, so that a mistake is named here and not deep in native code. */
final class GraphInputs {

    private GraphInputs() {}

    /**
     * Passes inputs that are exactly those of the manifest.
     *
     * @throws IllegalArgumentException naming artifact and input, what was given and what is expected
     */
    static void check(ArtifactSpec spec, Map<String, Tensor> inputs) {
        int rows = -1;
        for (TensorSpec expected : spec.inputs()) {
            Tensor given = inputs.get(expected.name());
            if (given == null
                    || given.dtype() != expected.dtype()
                    || !expected.shape().accepts(given.shape())) {
                throw fault(spec, expected.name(), given, expected.dtype() + " " + expected.shape());
            }
            if (rows >= 0 && given.rows() != rows) {
                throw fault(spec, expected.name(), given, rows + " rows as in the input before");
            }
            rows = given.rows();
        }
        if (rows < 1 || rows > spec.maxBatch()) {
            throw new IllegalArgumentException(
                    "%s: rows: %d (expected: 1 to %d)".formatted(spec.name(), rows, spec.maxBatch()));
        }
        if (inputs.size() != spec.inputs().size()) {
            throw new IllegalArgumentException("%s: inputs: %s (expected: %s)"
                    .formatted(
                            spec.name(),
                            inputs.keySet(),
                            spec.inputs().stream().map(TensorSpec::name).toList()));
        }
    }

    private static IllegalArgumentException fault(ArtifactSpec spec, String input, Tensor given, String expected) {
        return new IllegalArgumentException(
                "%s: input %s: %s (expected: %s)".formatted(spec.name(), input, given, expected));
    }
}
