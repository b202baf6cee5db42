package multimodal.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Points in a file: float32, little-endian, one point after the other and nothing else. */
final class VectorFile {

    private VectorFile() {}

    static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static List<float[]> read(Path file, int dimension) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int size = dimension * Float.BYTES;
        if (bytes.remaining() % size != 0) {
            throw new IOException(
                    "%s: %d bytes (expected: points of %d float32)".formatted(file, bytes.remaining(), dimension));
        }
        return IntStream.range(0, bytes.remaining() / size)
                .mapToObj(number -> {
                    float[] point = new float[dimension];
                    bytes.slice(number * size, size)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer()
                            .get(point);
                    return point;
                })
                .toList();
    }
}
