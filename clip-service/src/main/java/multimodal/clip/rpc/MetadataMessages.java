package multimodal.clip.rpc;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import multimodal.clip.index.MetadataValue;
import multimodal.common.rpc.Violations;

/** Metadata of images, as messages and back. */
final class MetadataMessages {

    private static final int MAX_KEYS = 32;
    private static final int MAX_TEXT_LENGTH = 1_000;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private MetadataMessages() {}

    static Map<String, MetadataValue> parse(
            String field, Map<String, multimodal.clip.v1.MetadataValue> metadata, Violations violations) {
        Map<String, MetadataValue> parsed = new HashMap<>();
        if (violations.require(metadata.size() <= MAX_KEYS, field, metadata.size() + " keys", "at most " + MAX_KEYS)) {
            metadata.forEach((key, value) -> {
                requireKey(field, key, violations);
                parsed.put(key, value("%s[%s]".formatted(field, key), value, violations));
            });
        }
        return parsed;
    }

    static void requireKey(String field, String key, Violations violations) {
        violations.require(KEY.matcher(key).matches(), field, key, "a key: 1 to 64 characters of A-Z a-z 0-9 _ . -");
    }

    /** A value; what is at fault is replaced by a sound one. */
    static MetadataValue value(String field, multimodal.clip.v1.MetadataValue value, Violations violations) {
        return switch (value.getValueCase()) {
            case TEXT -> {
                violations.requireLength(field, value.getText(), MAX_TEXT_LENGTH);
                requireNoNull(field, value.getText(), violations);
                yield new MetadataValue.Text(value.getText());
            }
            case NUMBER -> {
                violations.require(Double.isFinite(value.getNumber()), field, value.getNumber(), "a finite number");
                yield new MetadataValue.Number(value.getNumber());
            }
            case FLAG -> new MetadataValue.Flag(value.getFlag());
            case VALUE_NOT_SET -> {
                violations.add(field, "nothing", "a text, a number or a flag");
                yield new MetadataValue.Flag(false);
            }
        };
    }

    /** PostgreSQL has no such character in its texts. */
    static void requireNoNull(String field, String text, Violations violations) {
        violations.require(text.indexOf('\0') < 0, field, "a text with U+0000", "a text without the character U+0000");
    }

    static Map<String, multimodal.clip.v1.MetadataValue> render(Map<String, MetadataValue> metadata) {
        Map<String, multimodal.clip.v1.MetadataValue> rendered = new HashMap<>();
        metadata.forEach((key, value) -> rendered.put(key, render(value)));
        return rendered;
    }

    private static multimodal.clip.v1.MetadataValue render(MetadataValue value) {
        multimodal.clip.v1.MetadataValue.Builder rendered = multimodal.clip.v1.MetadataValue.newBuilder();
        if (value instanceof MetadataValue.Text text) {
            rendered.setText(text.value());
        } else if (value instanceof MetadataValue.Number number) {
            rendered.setNumber(number.value());
        } else if (value instanceof MetadataValue.Flag flag) {
            rendered.setFlag(flag.value());
        }
        return rendered.build();
    }
}
