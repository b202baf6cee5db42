package multimodal.image.steps;

import java.util.List;
import java.util.Set;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;

/**
 * A loaded ControlNet (Zhang et al. 2023): a network beside the UNet of its base model, to which it adds what a control
 * image asks for.
 *
 * @param handle runs the artifact {@code controlnet}
 * @param base name of the text-to-image model that it was trained for
 * @param usualSide side in pixels of the pictures that its calls are timed for
 */
public record ControlNet(ModelHandle handle, String base, int usualSide) implements AutoCloseable {

    /** The task in the manifests of such models. */
    public static final String TASK = "controlnet";

    /** The parameter of a manifest that names {@link #base}. */
    public static final String BASE = "base";

    /** The parameter of a manifest that says what its control images show. */
    public static final String CONDITIONING = "conditioning";

    static final String ARTIFACT = "controlnet";

    private static final Set<String> CHANGING = Set.of("sample", "timestep");

    /**
     * Reads the manifest's parameters; a handle whose model is none such is closed.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} naming a key that is missing or wrong
     */
    public static ControlNet of(ModelHandle handle) {
        try {
            Parameters parameters = handle.manifest().parameters();
            return new ControlNet(
                    handle, parameters.text(BASE), parameters.section("size").integer("default"));
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    /** The names of what it reads. */
    List<String> inputs() {
        return handle.manifest().artifacts().get(ARTIFACT).inputs().stream()
                .map(TensorSpec::name)
                .toList();
    }

    /** Whether what it adds changes from step to step. */
    boolean followsTheSteps() {
        return inputs().stream().anyMatch(CHANGING::contains);
    }

    /** Ends the use of the model. */
    @Override
    public void close() {
        handle.close();
    }
}
