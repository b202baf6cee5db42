package multimodal.inference.engine;

/**
 * How engines run. PyTorch takes the number of threads once in a process: there the first engine that is opened decides.
 *
 * @param threads that one call may use, 1 to 1,024; a fleet on one machine should not have more in all than there are cores
 * @param device where graphs run
 * @param onnxProvider what ONNX Runtime hands graphs to; {@link OnnxProvider#CPU} keeps it on the processor whatever the device
 */
public record EngineOptions(int threads, Device device, OnnxProvider onnxProvider) {

    private static final int MAX_THREADS = 1024;

    public EngineOptions {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: 1 to " + MAX_THREADS + ")");
        }
    }

    /** Options under which ONNX Runtime computes on the device itself. */
    public EngineOptions(int threads, Device device) {
        this(threads, device, OnnxProvider.of(device));
    }

    public EngineOptions withProvider(OnnxProvider other) {
        return new EngineOptions(threads, device, other);
    }

    EngineOptions withDevice(Device other) {
        return new EngineOptions(threads, other, onnxProvider);
    }

    /** The device and threads as they stand in a self-check line: {@code cpu, 1 thread}. */
    @Override
    public String toString() {
        return device + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
