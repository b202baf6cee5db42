package multimodal.client.command;

import java.nio.file.Path;
import java.util.Optional;
import multimodal.client.FleetClient;
import multimodal.client.demo.Demo;
import multimodal.client.demo.DemoOutput;
import multimodal.client.trace.SpanFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code fleet demo}: text → image → text for one English and one Chinese sentence, a question about each, edges, a search. */
@Command(
        name = "demo",
        description =
                "Turns two sentences into pictures, captions and stories, asks about the pictures, finds them again.")
public final class DemoCommand extends GatewayCommand {

    @Option(names = "--output", description = "Directory for the results (default: ${DEFAULT-VALUE}).")
    Path output = Path.of("demo-output");

    @Option(names = "--spans", description = "Directory into which the services write their spans.")
    Path spans;

    @Override
    public Integer call() throws Exception {
        try (FleetClient client = gateway.connect()) {
            DemoOutput files = new DemoOutput(output, Optional.ofNullable(spans).map(SpanFiles::new));
            boolean named = new Demo(client, terminal(), files).run();
            return named ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
