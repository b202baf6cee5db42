package multimodal.clip.index;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A filter as a condition of SQL over the columns {@code id} and {@code metadata}, true or false and never null. What comes
 * from a caller is a parameter and never part of the text.
 */
final class SqlCondition {

    private final List<Object> parameters = new ArrayList<>();
    private final String text;

    SqlCondition(ImageFilter filter) {
        this.text = render(filter);
    }

    /** The condition, with a question mark for each parameter. */
    String text() {
        return text;
    }

    /** Sets the parameters from {@code first} on; the number of the one after them. */
    int set(PreparedStatement statement, int first) throws SQLException {
        int number = first;
        for (Object parameter : parameters) {
            if (parameter instanceof String[] texts) {
                Connection connection = statement.getConnection();
                statement.setArray(number++, connection.createArrayOf("text", texts));
            } else {
                statement.setObject(number++, parameter);
            }
        }
        return number;
    }

    private String render(ImageFilter filter) {
        if (filter instanceof ImageFilter.Ids ids) {
            parameters.add(ids.ids().toArray(String[]::new));
            return "id = ANY (?)";
        } else if (filter instanceof ImageFilter.In in) {
            // Not ANY over an array, which no index on metadata serves.
            return in.values().stream()
                    .map(value -> contains(in.key(), value))
                    .collect(Collectors.joining(" OR ", "(", ")"));
        } else if (filter instanceof ImageFilter.Range range) {
            parameters.addAll(List.of(range.key(), range.key(), range.min(), range.max()));
            // In a plain AND the cast might come first and meet a text.
            return "CASE WHEN jsonb_typeof(metadata -> ?::text) = 'number'"
                    + " THEN (metadata ->> ?::text)::double precision BETWEEN ? AND ? ELSE false END";
        } else if (filter instanceof ImageFilter.AllOf all) {
            return joined(all.filters(), " AND ");
        } else if (filter instanceof ImageFilter.AnyOf any) {
            return joined(any.filters(), " OR ");
        } else if (filter instanceof ImageFilter.Not not) {
            return "NOT (" + render(not.filter()) + ")";
        }
        throw new IllegalArgumentException("unknown filter " + filter);
    }

    private String contains(String key, MetadataValue value) {
        parameters.add(MetadataJson.write(Map.of(key, value)));
        return "metadata @> ?::jsonb";
    }

    private String joined(List<ImageFilter> filters, String operator) {
        return filters.stream().map(this::render).collect(Collectors.joining(operator, "(", ")"));
    }
}
