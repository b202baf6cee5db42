package multimodal.inference.engine;

import java.util.Locale;

/** Where graphs run. */
public enum Device {
    /** The processor. */
    CPU,
    /** The first NVIDIA GPU that the process sees. */
    CUDA;

    ai.djl.Device toDjl() {
        return this == CPU ? ai.djl.Device.cpu() : ai.djl.Device.gpu();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
