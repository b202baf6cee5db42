package multimodal.inference.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import multimodal.inference.tensor.Tensor;

/**
 * Native memory for one input of a graph, used again by each call: engines read it in place, and the collector, which frees
 * direct buffers only when the heap is full, has nothing to do.
 */
final class InputBuffer {

    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);

    /** Copies {@code tensor} in; the answer is valid until the next call. */
    ByteBuffer fill(Tensor tensor) {
        int elements = tensor.shape().elementCount();
        int elementBytes =
                switch (tensor.dtype()) {
                    case FLOAT32 -> Float.BYTES;
                    case INT64 -> Long.BYTES;
                };
        ByteBuffer target = reserve(Math.multiplyExact(elements, elementBytes));
        switch (tensor.dtype()) {
            case FLOAT32 -> target.asFloatBuffer().put(tensor.floats());
            case INT64 -> target.asLongBuffer().put(tensor.longs());
        }
        return target;
    }

    private ByteBuffer reserve(int length) {
        if (bytes.capacity() < length) {
            bytes = ByteBuffer.allocateDirect(length);
        }
        return bytes.duplicate().limit(length).order(ByteOrder.nativeOrder());
    }
}
