package multimodal.client.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import multimodal.client.FleetClient;
import multimodal.client.demo.Demo;
import multimodal.client.demo.DemoOutput;
import multimodal.client.trace.SpanFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fleet demo}: text → image → text for one English and one Chinese sentence. */
@Command(name = "demo", description = "Turns two sentences into pictures, the pictures into captions and stories.")
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--output", description = "Directory for the results (default: ${DEFAULT-VALUE}).")
    Path output = Path.of("demo-output");

    @Option(names = "--spans", description = "Directory into which the services write their spans.")
    Path spans;

    @Mixin
    GatewayOptions gateway;

    @Mixin
    TerminalOptions terminal;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (FleetClient client = gateway.connect()) {
            DemoOutput files = new DemoOutput(output, Optional.ofNullable(spans).map(SpanFiles::new));
            boolean named = new Demo(client, terminal.on(spec.commandLine().getOut()), files).run();
            return named ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
