package multimodal.client.command;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import multimodal.client.FleetClient;
import multimodal.client.terminal.TextTable;
import multimodal.client.terminal.TextTable.Column;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fleet status}: a line for each process of the fleet; fails if there is none. */
@Command(name = "status", description = "Shows the processes of the fleet.")
public final class StatusCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String RESIDENT_SET = "VmRSS:";

    @Option(names = "--directory", required = true, description = "The fleet's directory, with its list of processes.")
    Path directory;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<FleetProcess> processes = FleetProcess.list(directory);
        if (processes.isEmpty()) {
            print(List.of("the fleet is down"));
            return ExitCode.SOFTWARE;
        }
        TextTable table = new TextTable(
                Column.text("service"),
                Column.number("pid"),
                Column.text("address"),
                Column.text("health"),
                Column.number("memory MiB"),
                Column.text("models"));
        for (FleetProcess process : processes) {
            table.add(
                    process.name(),
                    Long.toString(process.pid()),
                    process.address(),
                    health(process),
                    memory(process),
                    LoadedModels.of(process));
        }
        print(table.lines());
        return ExitCode.OK;
    }

    private void print(List<String> lines) {
        lines.forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    private static String health(FleetProcess process) {
        if (!process.isAlive()) {
            return "ended";
        }
        try (FleetClient client = FleetClient.connect(process.address(), TIMEOUT)) {
            return client.health("").name();
        } catch (StatusRuntimeException failure) {
            return failure.getStatus().getCode().name();
        }
    }

    private static String memory(FleetProcess process) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return "-";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith(RESIDENT_SET))
                .map(line -> line.replaceAll("\\D", ""))
                .map(kibibytes -> Long.toString(Long.parseLong(kibibytes) / 1024))
                .findFirst()
                .orElse("-");
    }
}
