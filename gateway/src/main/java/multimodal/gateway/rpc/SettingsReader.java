package multimodal.gateway.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import multimodal.gateway.workflow.Nearest;
import multimodal.gateway.workflow.WorkflowProblem;

/** Reads a node's settings: its RPC's request in proto3 JSON. Goes on after a fault, so that all of them are told. */
final class SettingsReader {
    private static final String GOOGLE_TYPES = "google.protobuf";

    private final Consumer<WorkflowProblem> problems;

    private SettingsReader(Consumer<WorkflowProblem> problems) {
        this.problems = problems;
    }

    /** The request that {@code settings} are, over {@code empty}; each fault goes to {@code problems}, its path after {@code path}. */
    static Message read(Struct settings, Message empty, String path, Consumer<WorkflowProblem> problems) {
        Message.Builder request = empty.newBuilderForType();
        new SettingsReader(problems).read(settings, request, path);
        return request.build();
    }

    private void read(Struct settings, Message.Builder message, String path) {
        Descriptor type = message.getDescriptorForType();
        Set<FieldDescriptor> seen = new HashSet<>();
        Map<OneofDescriptor, String> oneofs = new HashMap<>();
        settings.getFieldsMap().forEach((name, value) -> {
            Optional<FieldDescriptor> field = find(type, name);
            if (field.isEmpty()) {
                report(path, name, "a field of %s such as %s".formatted(type.getName(), nearest(name, type)));
            } else if (!seen.add(field.get())) {
                report(path + "." + field.get().getName(), "told twice", "told once");
            } else if (!value.hasNullValue()) {
                OneofDescriptor oneof = field.get().getRealContainingOneof();
                String other = oneof == null ? null : oneofs.put(oneof, name);
                if (other != null) {
                    report(path + "." + oneof.getName(), other + " and " + name, "one of them");
                }
                read(field.get(), value, message, path + "." + field.get().getName());
            }
        });
    }

    private void read(FieldDescriptor field, Value value, Message.Builder message, String path) {
        if (!isOurMessage(field)) {
            readPlain(field, value, message, path);
        } else if (field.isRepeated() && value.hasListValue()) {
            List<Value> elements = value.getListValue().getValuesList();
            for (int i = 0; i < elements.size(); i++) {
                readElement(field, elements.get(i), message, path + "[" + i + "]");
            }
        } else if (!field.isRepeated() && value.hasStructValue()) {
            Message.Builder child = message.newBuilderForField(field);
            read(value.getStructValue(), child, path);
            message.setField(field, child.build());
        } else {
            report(path, value, field.isRepeated() ? "a list of objects" : "an object");
        }
    }

    private void readElement(FieldDescriptor field, Value value, Message.Builder message, String path) {
        if (!value.hasStructValue()) {
            report(path, value, "an object");
            return;
        }
        Message.Builder element = message.newBuilderForField(field);
        read(value.getStructValue(), element, path);
        message.addRepeatedField(field, element.build());
    }

    /** Numbers, texts, bytes, enums, lists of them, and messages that have a JSON form of their own. */
    private void readPlain(FieldDescriptor field, Value value, Message.Builder message, String path) {
        Struct alone = Struct.newBuilder().putFields(field.getName(), value).build();
        try {
            JsonFormat.parser().merge(JsonFormat.printer().print(alone), message);
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            report(path, value, (field.isRepeated() ? "a list, each " : "") + expected(field));
        }
    }

    private static boolean isOurMessage(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !field.getMessageType().getFile().getPackage().equals(GOOGLE_TYPES);
    }

    private static Optional<FieldDescriptor> find(Descriptor type, String name) {
        return type.getFields().stream()
                .filter(field ->
                        field.getName().equals(name) || field.getJsonName().equals(name))
                .findFirst();
    }

    private static String nearest(String name, Descriptor type) {
        return type.getFields().isEmpty()
                ? "none"
                : Nearest.to(
                        name,
                        type.getFields().stream().map(FieldDescriptor::getName).toList());
    }

    private static String expected(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> "a whole number of 32 bits";
            case LONG -> "a whole number of 64 bits";
            case FLOAT, DOUBLE -> "a number";
            case BOOLEAN -> "true or false";
            case STRING -> "a text";
            case BYTE_STRING -> "bytes in base64";
            case ENUM ->
                field.getEnumType().getValues().stream()
                        .filter(value -> value.getNumber() != 0)
                        .map(EnumValueDescriptor::getName)
                        .collect(Collectors.joining(", "));
            case MESSAGE -> "a " + field.getMessageType().getName();
        };
    }

    private void report(String path, Value value, String expected) {
        report(path, json(value), expected);
    }

    private void report(String path, String value, String expected) {
        problems.accept(new WorkflowProblem(path, value, expected));
    }

    private static String json(Value value) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(value);
        } catch (InvalidProtocolBufferException | IllegalArgumentException notFinite) {
            return String.valueOf(value.getNumberValue());
        }
    }
}
