package multimodal.inference.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Enumeration;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Safetensors;

/**
 * Puts weights back into a TorchScript archive. In the repository a {@code .pt} lacks its weight records; its entry
 * {@code weights.json} tells for each of them the tensor of {@code weights.safetensors}, beside it, that it holds.
 */
final class TorchScriptAssembler {

    private static final String WEIGHT_MAP = "weights.json";
    private static final String HALF = "float16";
    private static final Set<String> DTYPES = Set.of("float32", HALF);
    private static final String CODE = ".py";
    /** Where the graph was traced, as its code says it wherever it makes a tensor of its own. */
    private static final String TRACED_ON = "torch.device(\"cpu\")";
    /** The earliest that an archive can state: what is assembled does not depend on when. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Where a left-out record comes from.
     *
     * @param tensor its name in the weight file
     * @param dtype of the record; {@code float32} and {@code float16} are left out
     */
    private record Weight(String tensor, String dtype) {}

    private TorchScriptAssembler() {}

    /**
     * Writes the archive that {@code torch.jit.load} takes: every record stored plain, weights as float32 or, where the
     * graph computes in it, as float16. Its code makes its own tensors on {@code device}.
     * An archive without {@code weights.json} is complete already and only unpacked. One tensor at a time is in memory.
     *
     * @throws InferenceException {@code MISCONFIGURED} if the map names a tensor that is not there, or is no map
     */
    static void assemble(Path graph, Path target, Device device) throws IOException {
        try (ZipFile source = new ZipFile(graph.toFile());
                OutputStream file = new BufferedOutputStream(Files.newOutputStream(target));
                ZipOutputStream archive = new ZipOutputStream(file)) {
            Enumeration<? extends ZipEntry> entries = source.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (!name.equals(WEIGHT_MAP)) {
                    byte[] content = read(source, entry);
                    store(archive, name, name.endsWith(CODE) ? on(device, content) : content);
                }
            }
            ZipEntry map = source.getEntry(WEIGHT_MAP);
            if (map != null) {
                storeWeights(graph, archive, read(source, map));
            }
        }
    }

    private static byte[] on(Device device, byte[] code) {
        String named = "torch.device(\"%s\")".formatted(device.torchName());
        return new String(code, UTF_8).replace(TRACED_ON, named).getBytes(UTF_8);
    }

    private static byte[] read(ZipFile source, ZipEntry entry) throws IOException {
        try (InputStream in = source.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    private static void storeWeights(Path graph, ZipOutputStream archive, byte[] map) throws IOException {
        Map<String, Weight> weights = JSON.readValue(map, new TypeReference<>() {});
        try (Safetensors tensors = Safetensors.open(graph.resolveSibling(Safetensors.FILE))) {
            for (Map.Entry<String, Weight> entry : weights.entrySet()) {
                Weight weight = entry.getValue();
                if (!DTYPES.contains(weight.dtype()) || !tensors.names().contains(weight.tensor())) {
                    throw new InferenceException(
                            ErrorKind.MISCONFIGURED,
                            "%s: %s: %s: %s %s (expected: float32 or float16 of a tensor in %s)"
                                    .formatted(
                                            graph.getFileName(),
                                            WEIGHT_MAP,
                                            entry.getKey(),
                                            weight.dtype(),
                                            weight.tensor(),
                                            Safetensors.FILE));
                }
                store(archive, entry.getKey(), record(tensors, weight));
            }
        }
    }

    private static byte[] record(Safetensors tensors, Weight weight) {
        return weight.dtype().equals(HALF)
                ? tensors.halves(weight.tensor())
                : rawFloats(tensors.weight(weight.tensor()));
    }

    private static byte[] rawFloats(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes.array();
    }

    private static void store(ZipOutputStream archive, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTimeLocal(NO_TIME);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        archive.putNextEntry(entry);
        archive.write(content);
        archive.closeEntry();
    }
}
