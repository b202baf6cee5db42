package multimodal.inference.lifecycle;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.Tensor;

/** Catches a pipeline that does not fit its model before it spoils a batch that others share. */
final class InputCheck {

    private InputCheck() {}

    /**
     * Compares inputs with the manifest.
     *
     * @throws IllegalArgumentException naming artifact, input, what was found and what is expected
     */
    static void check(ArtifactSpec artifact, Map<String, Tensor> inputs) {
        Set<String> names = artifact.inputs().stream().map(TensorSpec::name).collect(Collectors.toSet());
        if (!inputs.keySet().equals(names)) {
            throw new IllegalArgumentException("%s: inputs %s (expected: %s)"
                    .formatted(artifact.name(), new TreeSet<>(inputs.keySet()), new TreeSet<>(names)));
        }
        for (TensorSpec spec : artifact.inputs()) {
            Tensor tensor = inputs.get(spec.name());
            if (tensor.dtype() != spec.dtype() || !spec.shape().accepts(tensor.shape())) {
                throw new IllegalArgumentException("%s.%s: %s (expected: %s %s)"
                        .formatted(artifact.name(), spec.name(), tensor, spec.dtype(), spec.shape()));
            }
        }
    }
}
