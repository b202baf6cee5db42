package multimodal.inference.engine;

import java.util.Map;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** A plan of TensorRT in the memory of the GPU, which takes inputs of one shape each. One thread calls it at a time. */
interface TensorRtSession extends AutoCloseable {

    /** The shape of each input, by name. */
    Map<String, Shape> inputShapes();

    /** Runs the network on inputs of exactly these shapes. */
    Map<String, Tensor> run(Map<String, Tensor> inputs);

    /** Gives the native memory back. Idempotent. */
    @Override
    void close();
}
