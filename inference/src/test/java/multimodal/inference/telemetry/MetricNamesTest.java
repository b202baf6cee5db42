package multimodal.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricNamesTest {

    private static final Path OPERATIONS = Path.of(System.getProperty("fleet.root"), "docs/operations.md");

    @Test
    void everyMetricStandsInTheOperationsPage() throws IOException, IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : MetricNames.class.getFields()) {
            String name = (String) field.get(null);
            if (name.startsWith("inference.")) {
                names.add(name.replace('.', '_'));
            }
        }

        assertThat(names).hasSizeGreaterThan(10);
        assertThat(Files.readString(OPERATIONS)).contains(names);
    }
}
