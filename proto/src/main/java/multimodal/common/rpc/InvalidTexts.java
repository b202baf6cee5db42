package multimodal.common.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.List;

/** Finds the string fields of an encoded message whose bytes are not UTF-8. */
final class InvalidTexts {
    /** As deep as protobuf's own parser goes. */
    private static final int MAX_DEPTH = 100;

    private final List<String> paths = new ArrayList<>();

    private InvalidTexts() {}

    /**
     * The paths of such fields, e.g. {@code inputs[3].text}; at least one.
     *
     * @throws InvalidProtocolBufferException if the bytes are no message, or one with sound texts
     */
    static List<String> paths(Descriptor type, byte[] message) throws InvalidProtocolBufferException {
        InvalidTexts search = new InvalidTexts();
        search.walk(type, ByteString.copyFrom(message), "", 0);
        if (search.paths.isEmpty()) {
            throw new InvalidProtocolBufferException("no text is at fault");
        }
        return search.paths;
    }

    private void walk(Descriptor type, ByteString message, String prefix, int depth)
            throws InvalidProtocolBufferException {
        for (var entry : UnknownFieldSet.parseFrom(message).asMap().entrySet()) {
            FieldDescriptor field = type.findFieldByNumber(entry.getKey());
            if (field != null) {
                List<ByteString> values = entry.getValue().getLengthDelimitedList();
                for (int i = 0; i < values.size(); i++) {
                    String path = prefix + field.getName() + (field.isRepeated() ? "[" + i + "]" : "");
                    visit(field, values.get(i), path, depth);
                }
            }
        }
    }

    private void visit(FieldDescriptor field, ByteString value, String path, int depth)
            throws InvalidProtocolBufferException {
        if (field.getJavaType() == FieldDescriptor.JavaType.STRING && !value.isValidUtf8()) {
            paths.add(path);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < MAX_DEPTH) {
            walk(field.getMessageType(), value, path + ".", depth + 1);
        }
    }
}
