package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import multimodal.inference.repository.ExampleModel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PytorchEngineTest extends EngineContract {

    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = PytorchEngine.open(ONE_THREAD);
    }

    @Override
    Engine engine() {
        return engine;
    }

    @Override
    String graphFile() {
        return "mixer.pt";
    }

    @Test
    void noCompletedArchiveStaysBehind() throws IOException {
        load(ExampleModel.load()).close();
        assertThat(temporaryGraphs()).isEmpty();
    }

    private static List<Path> temporaryGraphs() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith(PytorchEngine.TEMPORARY_PREFIX))
                    .sorted()
                    .toList();
        }
    }
}
