package fake

import "path/filepath"

// Temporal is a Mac on which PID 4711 is a Temporal that has temporal.lock as descriptor 3,
// and PID 812 a foreign process that waits for it. Its fixtures are those of package xnu.
func Temporal() *Machine {
	ask := func(call, pid, flavor int, arg uint64) Question {
		return Question{Call: call, PID: pid, Flavor: flavor, Arg: arg}
	}
	return &Machine{
		Folder: filepath.Join("..", "xnu", "testdata"), UID: 501, PIDs: []int{812, 4711},
		Info: map[Question]string{
			ask(2, 4711, 18, 0): "identity", ask(2, 4711, 9, 0): "work_folder", ask(2, 4711, 1, 0): "descriptors",
			ask(3, 4711, 1, 3): "file_holder", ask(3, 4711, 2, 3): "file_path", ask(3, 4711, 3, 5): "socket_listen", ask(3, 4711, 3, 7): "socket_connected",
			ask(2, 812, 18, 0): "identity", ask(2, 812, 1, 0): "descriptors", ask(3, 812, 1, 3): "file_waiter",
		},
		Sysctl: map[string]string{
			"kern.bootsessionuuid": "=A1B2", "kern.procargs2.4711": "exec", "kern.procargs2.812": "exec_protected",
			"net.inet.tcp.pcblist_n": "sockets",
		},
	}
}
