package multimodal.inference.repository;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A checked {@code model.yaml}.
 *
 * @param id name and version, equal to the folder names
 * @param directory where the files are
 * @param task what the model is for, e.g. {@code text-to-image}
 * @param architecture network classes, for people
 * @param licence of the weights
 * @param artifacts by name
 * @param tokenizer for models that read text
 * @param preprocessing for models that read pictures
 * @param parameters what the pipeline of this task needs beyond that
 * @param files file name to sha256, every file but {@code model.yaml}
 */
public record ModelManifest(
        ModelId id,
        Path directory,
        String task,
        String architecture,
        String licence,
        Map<String, ArtifactSpec> artifacts,
        Optional<TokenizerSpec> tokenizer,
        Optional<Preprocessing> preprocessing,
        Parameters parameters,
        Map<String, String> files) {}
