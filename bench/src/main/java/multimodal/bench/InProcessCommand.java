package multimodal.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import multimodal.clip.rpc.Models;
import multimodal.image.steps.DiffusionModel;
import multimodal.inference.InferenceRuntime;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Does the work of {@link LoadCommand} by the pipelines in this process, without server and network; speaks
 * {@link LoadLines}. Runs with the libraries of the packaged services, and reads the configuration of {@code inference} from
 * the environment as they do.
 */
@Command(name = "in-process", mixinStandardHelpOptions = true)
public final class InProcessCommand implements Callable<Integer> {

    @Option(names = "--texts", required = true, description = "file with one text a line")
    private Path texts;

    @Option(names = "--steps", defaultValue = "30", description = "denoising steps of a generated picture")
    private int steps;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new InProcessCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        try (InferenceRuntime runtime =
                InferenceRuntime.open(ServedConfig.read(), OpenTelemetry.noop(), new SimpleMeterRegistry())) {
            runtime.load(Set.of(DiffusionModel.TASK, Models.CLIP));
            LoadLines.answer(LoadLines.closedLoops(
                    new InProcessWorkloads(runtime.registry(), Files.readAllLines(texts), steps).requests()));
        }
        return 0;
    }
}
