package multimodal.inference.engine;

/** What ONNX Runtime hands a graph to. */
public enum OnnxProvider {
    /** Its own kernels for the processor. */
    CPU,
    /** Its own kernels for NVIDIA GPUs. */
    CUDA,
    /** TensorRT for what that can run of the graph, and CUDA for the rest. */
    TENSORRT;

    static OnnxProvider of(Device device) {
        return device == Device.CPU ? CPU : CUDA;
    }
}
