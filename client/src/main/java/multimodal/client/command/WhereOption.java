package multimodal.client.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import multimodal.client.search.MetadataTexts;
import multimodal.clip.v1.EqualsFilter;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.RangeFilter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What is said of metadata as it is typed: {@code key=value}, {@code key>=number}, {@code key<=number}. */
final class WhereOption implements ITypeConverter<Filter> {
    private static final Pattern CONDITION = Pattern.compile("([^<>=]+)(=|>=|<=)(.*)");

    @Override
    public Filter convert(String typed) {
        Matcher condition = CONDITION.matcher(typed);
        if (!condition.matches()) {
            throw fault(typed);
        }
        String key = condition.group(1);
        MetadataValue value = MetadataTexts.read(condition.group(3));
        if (condition.group(2).equals("=")) {
            return Filter.newBuilder()
                    .setEquals(EqualsFilter.newBuilder().setKey(key).setValue(value))
                    .build();
        }
        if (!value.hasNumber()) {
            throw fault(typed);
        }
        RangeFilter.Builder range = RangeFilter.newBuilder().setKey(key);
        if (condition.group(2).equals(">=")) {
            range.setMin(value.getNumber());
        } else {
            range.setMax(value.getNumber());
        }
        return Filter.newBuilder().setRange(range).build();
    }

    private static TypeConversionException fault(String typed) {
        return new TypeConversionException(
                "--where: %s (expected: key=value, key>=number or key<=number)".formatted(typed));
    }
}
