package multimodal.gateway.workflow;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Leads from a message to one of its fields, as in {@code inputs[0].text}; of a repeated field it means the first element. */
public final class FieldPath {
    private static final String FIRST = "[0]";

    private final String text;
    private final List<FieldDescriptor> steps;

    private FieldPath(String text, List<FieldDescriptor> steps) {
        this.text = text;
        this.steps = List.copyOf(steps);
    }

    /**
     * The field of {@code type} that {@code path} leads to.
     *
     * @throws IllegalArgumentException if there is none, or an index stands where it should not
     */
    public static FieldPath of(Descriptor type, String path) {
        List<FieldDescriptor> steps = new ArrayList<>();
        Descriptor next = type;
        for (String part : path.split("\\.")) {
            boolean isFirst = part.endsWith(FIRST);
            String name = isFirst ? part.substring(0, part.length() - FIRST.length()) : part;
            FieldDescriptor field = next == null ? null : next.findFieldByName(name);
            if (field == null || field.isRepeated() != isFirst) {
                throw new IllegalArgumentException(
                        "%s: no field at %s of %s".formatted(path, part, type.getFullName()));
            }
            steps.add(field);
            next = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
        }
        return new FieldPath(path, steps);
    }

    /** The field itself. */
    public FieldDescriptor field() {
        return steps.get(steps.size() - 1);
    }

    /** What tells the {@code oneof} that the field stands in from every other; empty if it stands in none. */
    public Optional<String> oneof() {
        OneofDescriptor oneof = field().getRealContainingOneof();
        return Optional.ofNullable(oneof).map(one -> text.substring(0, text.lastIndexOf('.') + 1) + one.getName());
    }

    /** The value of the field in {@code message}; empty if it is not set, or is the default where that is the same. */
    public Optional<Object> get(Message message) {
        Object value = message;
        for (FieldDescriptor step : steps) {
            Message parent = (Message) value;
            boolean isSet = step.isRepeated() ? parent.getRepeatedFieldCount(step) > 0 : parent.hasField(step);
            if (!isSet) {
                return Optional.empty();
            }
            value = step.isRepeated() ? parent.getRepeatedField(step, 0) : parent.getField(step);
        }
        return Optional.of(value);
    }

    /** Sets the field, making what lies between. */
    public void set(Message.Builder message, Object value) {
        Message.Builder parent = parent(message);
        if (!field().isRepeated()) {
            parent.setField(field(), value);
        } else if (parent.getRepeatedFieldCount(field()) > 0) {
            parent.setRepeatedField(field(), 0, value);
        } else {
            parent.addRepeatedField(field(), value);
        }
    }

    /** Clears the field, which is set in {@code message}; of a repeated field the first element becomes empty. */
    public void clear(Message.Builder message) {
        Message.Builder parent = parent(message);
        if (field().isRepeated()) {
            parent.setRepeatedField(
                    field(), 0, parent.newBuilderForField(field()).build());
        } else {
            parent.clearField(field());
        }
    }

    /** The message that holds the field, made if it is not there. */
    private Message.Builder parent(Message.Builder message) {
        Message.Builder parent = message;
        for (FieldDescriptor step : steps.subList(0, steps.size() - 1)) {
            if (!step.isRepeated()) {
                parent = parent.getFieldBuilder(step);
                continue;
            }
            if (parent.getRepeatedFieldCount(step) == 0) {
                parent.addRepeatedField(step, parent.newBuilderForField(step).build());
            }
            parent = parent.getRepeatedFieldBuilder(step, 0);
        }
        return parent;
    }

    @Override
    public String toString() {
        return text;
    }
}
