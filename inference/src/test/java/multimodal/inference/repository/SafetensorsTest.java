package multimodal.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    @Test
    void everyElementTypeIsRead() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(8 + 8 + 4 + 4 + 4).order(ByteOrder.LITTLE_ENDIAN);
        data.putLong(-5_000_000_000L).putFloat(1.5f).putFloat(-0f).putInt(-7).putShort((short) 0x3c00);
        data.putShort((short) 0x8001).put(new byte[] {0, (byte) 255, 1, 2});
        Path file = write(
                """
                {"__metadata__":{"cases":"[1]","torch":"2.7.1"},
                 "long":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},
                 "float":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
                 "int":{"dtype":"I32","shape":[],"data_offsets":[16,20]},
                 "half":{"dtype":"F16","shape":[1,2],"data_offsets":[20,24]},
                 "byte":{"dtype":"U8","shape":[2,2],"data_offsets":[24,28]},
                 "none":{"dtype":"F32","shape":[0,3],"data_offsets":[28,28]}}""",
                data.array());
        try (Safetensors tensors = Safetensors.open(file)) {
            assertThat(tensors.names()).containsExactly("long", "float", "int", "half", "byte", "none");
            assertThat(tensors.metadata()).containsEntry("cases", "[1]").containsEntry("torch", "2.7.1");
            assertThat(tensors.tensor("long").longs()).containsExactly(-5_000_000_000L);
            assertThat(tensors.tensor("float").floats()).containsExactly(1.5f, -0f);
            assertThat(tensors.tensor("int").longs()).containsExactly(-7);
            assertThat(tensors.tensor("int").shape()).isEqualTo(Shape.of());
            assertThat(tensors.tensor("half").floats()).containsExactly(1f, -0x1p-24f);
            assertThat(tensors.tensor("byte").longs()).containsExactly(0, 255, 1, 2);
            assertThat(tensors.shape("none")).isEqualTo(Shape.of(0, 3));
            assertThat(tensors.tensor("none").floats()).isEmpty();
        }
    }

    @Test
    void rowsOfBytesAreWeightsTogetherWithTheirScales() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(4 * 4 + 6).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(0.5f).putFloat(0x1.002p-20f).putFloat(7f).putFloat(1f).put(new byte[] {1, -127, 0, -3, 127, 2});
        Path file = write(
                """
                {"a.scales":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                 "b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
                 "c.scales":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},
                 "a":{"dtype":"I8","shape":[2,1,2],"data_offsets":[16,20]},
                 "c":{"dtype":"I8","shape":[2],"data_offsets":[20,22]}}""",
                data.array());
        try (Safetensors tensors = Safetensors.open(file)) {
            assertThat(tensors.weight("a")).containsExactly(0.5f, -63.5f, 0f, -3 * 0x1.002p-20f);
            assertThat(tensors.weight("b")).containsExactly(7f);
            assertThat(tensors.tensor("a").longs()).containsExactly(1, -127, 0, -3);
            assertThatThrownBy(() -> tensors.weight("c"))
                    .hasMessage("c.scales: 1 scales (expected: one for each row of " + Shape.of(2) + ")");
        }
    }

    @Test
    void anAbsentTensorIsToldWithThosePresent() throws IOException {
        Path file = write("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", new byte[4]);
        try (Safetensors tensors = Safetensors.open(file)) {
            assertThatThrownBy(() -> tensors.tensor("b")).hasMessage("tensor: b (expected: one of [a])");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}   | t.safetensors: tensor a: dtype: F64 (expected: one of [F16, F32, U8, I8, I32, I64])
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}   | t.safetensors: tensor a: data_offsets: [0, 8] (expected: 4 bytes of F32 [1] within 8)
            {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}  | t.safetensors: tensor a: data_offsets: [0, 12] (expected: 12 bytes of F32 [3] within 8)
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}   | t.safetensors: tensor a: data_offsets: [4, 0] (expected: 4 bytes of F32 [1] within 8)
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}  | t.safetensors: tensor a: shape: [-1] (expected: integers >= 0)
            {"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}     | t.safetensors: tensor a: shape: 1 (expected: a list of integers)
            {"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,4]}} | t.safetensors: tensor a: shape: [65536, 65536] (expected: less than 2 GiB)
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | t.safetensors: data: 8 bytes (expected: 4)
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | t.safetensors: tensor a: begins at byte 4 of the data (expected: 0, where the one before it ends)
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | t.safetensors: tensor b: begins at byte 4 of the data (expected: 8, where the one before it ends)
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | t.safetensors: header: Duplicate field 'a' (expected: JSON)
            {"__metadata__":{"n":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | t.safetensors: __metadata__.n: 1 (expected: text)
            []                                                       | t.safetensors: header: not a JSON object (expected: tensors by name)
            """)
    void aHeaderThatDoesNotFitIsRefused(String header, String message) throws IOException {
        Path file = write(header, new byte[8]);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(InferenceException.class)
                .hasMessage(message)
                .extracting(e -> ((InferenceException) e).kind())
                .isEqualTo(ErrorKind.MISCONFIGURED);
    }

    @Test
    void aLengthBeyondTheFileIsRefusedWithoutReadingIt() throws IOException {
        Path file = Files.write(
                folder.resolve("t.safetensors"),
                ByteBuffer.allocate(10)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(Long.MAX_VALUE)
                        .array());
        assertThatThrownBy(() -> Safetensors.open(file))
                .hasMessage("t.safetensors: header length: 9223372036854775807 bytes (expected: 2 to 2)");
    }

    @Test
    void aFileTooShortForALengthIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("t.safetensors"), new byte[3]);
        assertThatThrownBy(() -> Safetensors.open(file))
                .hasMessage("t.safetensors: length: 3 bytes (expected: at least 8)");
    }

    private Path write(String header, byte[] data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text).put(data);
        return Files.write(folder.resolve("t.safetensors"), bytes.array());
    }
}
