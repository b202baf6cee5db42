package multimodal.inference.repository;

import java.util.Optional;

/**
 * An artifact as one engine loads it.
 *
 * @param file its name in the model's folder
 * @param precision what it computes in
 * @param onCuda the graph to take instead on an NVIDIA GPU, where that is another
 */
public record GraphSpec(String file, Precision precision, Optional<GraphSpec> onCuda) {

    /** A graph in float32, the same on every device. */
    public static GraphSpec of(String file) {
        return new GraphSpec(file, Precision.FLOAT32, Optional.empty());
    }
}
