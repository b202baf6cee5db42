package multimodal.inference.repository;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.HalfFloat;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * Tensors by name in a {@code .safetensors} file. Opening reads and checks the header alone; a tensor's bytes are read
 * when it is asked for. Thread-safe until closed.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class Safetensors implements AutoCloseable {

    /** The file that holds all weights of a model (decision 0004). */
    public static final String FILE = "weights.safetensors";

    /** Follows the name of a tensor of I8 rows and names the scales of its rows. */
    static final String SCALES = ".scales";

    private final FileChannel channel;
    private final SafetensorsHeader header;

    private Safetensors(FileChannel channel, SafetensorsHeader header) {
        this.channel = channel;
        this.header = header;
    }

    /**
     * Opens a file whose header is sound: lengths that fit the file, known dtypes, no overlap, no gap.
     *
     * @throws InferenceException {@code MISCONFIGURED} with the file, the tensor at fault, what was found and expected
     */
    public static Safetensors open(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            return new Safetensors(channel, SafetensorsHeader.read(channel, file));
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw SafetensorsHeader.fault(file, "cannot be read: " + e);
        } catch (RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    private static void closeQuietly(FileChannel channel, Exception cause) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** The names of all tensors, in the order of the header. */
    public Set<String> names() {
        return header.entries().keySet();
    }

    /** The strings of {@code __metadata__}; empty if there are none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The extents of a tensor.
     *
     * @throws IllegalArgumentException if there is no tensor {@code name}
     */
    public Shape shape(String name) {
        return entry(name).shape();
    }

    /**
     * A tensor's values: F16 and F32 as float32, U8, I8, I32 and I64 as int64.
     *
     * @throws IllegalArgumentException if there is no tensor {@code name}
     */
    public Tensor tensor(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        ByteBuffer bytes = read(entry);
        int count = entry.shape().elementCount();
        return switch (entry.type()) {
            case F16 -> Tensor.of(entry.shape(), halves(bytes, count));
            case F32 -> Tensor.of(entry.shape(), floats(bytes, count));
            case U8, I8, I32, I64 -> Tensor.of(entry.shape(), longs(bytes, count, entry.type()));
        };
    }

    /**
     * A weight as float32: a tensor of floats as it is, rows of I8 multiplied by their scales, one for each of the first
     * axis, in the tensor of its name and {@link #SCALES}. The products are exact where the exporter wrote the scales.
     *
     * @throws IllegalArgumentException if there is no tensor {@code name}, or none of its scales
     */
    public float[] weight(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        if (entry.type() != SafetensorsHeader.Type.I8) {
            return tensor(name).floats();
        }
        float[] scales = tensor(name + SCALES).floats();
        byte[] numbers = read(entry).array();
        if (scales.length == 0 || scales.length != entry.shape().dimension(0)) {
            throw new IllegalArgumentException("%s: %d scales (expected: one for each row of %s)"
                    .formatted(name + SCALES, scales.length, entry.shape()));
        }
        int columns = numbers.length / scales.length;
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers[i] * scales[i / columns];
        }
        return values;
    }

    /**
     * The bytes of a tensor of dtype {@code F16} as they lie in the file, little-endian.
     *
     * @throws IllegalArgumentException if it is of another dtype
     */
    public byte[] halves(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        if (entry.type() != SafetensorsHeader.Type.F16) {
            throw new IllegalArgumentException(name + ": " + entry.type() + " (expected: F16)");
        }
        return read(entry).array();
    }

    private SafetensorsHeader.Entry entry(String name) {
        SafetensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("tensor: " + name + " (expected: one of " + names() + ")");
        }
        return entry;
    }

    private ByteBuffer read(SafetensorsHeader.Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(entry.length()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, entry.position() + bytes.position()) < 0) {
                    throw new EOFException("the file became shorter after it was opened");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.flip();
    }

    private static float[] halves(ByteBuffer bytes, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = HalfFloat.toFloat(bytes.getShort());
        }
        return values;
    }

    private static float[] floats(ByteBuffer bytes, int count) {
        float[] values = new float[count];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static long[] longs(ByteBuffer bytes, int count, SafetensorsHeader.Type type) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (type) {
                case U8 -> Byte.toUnsignedLong(bytes.get());
                case I8 -> bytes.get();
                case I32 -> bytes.getInt();
                default -> bytes.getLong();
            };
        }
        return values;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
