package multimodal.inference.engine;

import java.util.Locale;
import multimodal.inference.repository.GraphSpec;

/** Where graphs run. */
public enum Device {
    /** The processor. */
    CPU,
    /** The first NVIDIA GPU that the process sees. */
    CUDA;

    ai.djl.Device toDjl() {
        return this == CPU ? ai.djl.Device.cpu() : ai.djl.Device.gpu();
    }

    /** What PyTorch calls it. */
    String torchName() {
        return this == CPU ? "cpu" : "cuda:0";
    }

    /** The graph to load here. */
    public GraphSpec graph(GraphSpec graph) {
        return this == CUDA ? graph.onCuda().orElse(graph) : graph;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
