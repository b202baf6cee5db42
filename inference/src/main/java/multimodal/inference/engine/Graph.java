package multimodal.inference.engine;

import java.util.Map;
import multimodal.inference.tensor.Tensor;

/** A loaded artifact that can be called. No more threads call it at a time than {@link Engine#callsAtOnce} says. */
public interface Graph extends AutoCloseable {

    /**
     * Runs the network.
     *
     * @param inputs by name as in the manifest, float32 or int64, equal numbers of rows
     * @return outputs by name as in the manifest
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs);

    /** Gives the native memory back. Idempotent. */
    @Override
    void close();
}
